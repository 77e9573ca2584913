import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.hardware import find_hardware


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("on an NVIDIA A100 80GB GPU.", ["NVIDIA A100 80GB GPU"]),
        ("1,024 H100 GPUs", ["H100 GPUs"]),
        ("8xA100 and 4 x H100", ["A100", "H100"]),
        ("an RTX 4090 GPU and an NVIDIA RTX 9999", ["RTX 4090 GPU", "NVIDIA RTX 9999"]),
        ("TPU v5p pods", ["TPU v5p pods"]),
        ("Jetson AGX Orin, Jetson Orin Nano", ["Jetson AGX Orin", "Jetson Orin Nano"]),
        ("a Raspberry Pi 5 and an Intel Core i7", ["Raspberry Pi 5", "Intel Core i7"]),
        ("edge devices with low-power CPUs", ["edge devices", "low-power CPUs"]),
        ("GPU-accelerated CPU-GPU code", ["GPU", "CPU", "GPU"]),
        ("GPU memory and GPU hours", []),
        ("an AMD MI300X GPU", ["AMD MI300X GPU"]),
        ("Apple M4 Pro", ["Apple M4 Pro"]),
        ("A1000 and the H1001 road", []),
        ("", []),
    ],
)
def test_hardware_is_told_by_its_form(text, names):
    assert [text[start:end] for start, end in find_hardware(text)] == names


def test_a_name_far_into_a_text():
    text = "word " * 100 + "on NVIDIA RTX 4090 GPUs. " + "word " * 100
    assert [text[start:end] for start, end in find_hardware(text)] == ["NVIDIA RTX 4090 GPUs"]


@given(st.text(st.sampled_from("NVIDA GPU s410×x-\nRTX")))
def test_finds_lie_in_the_text_in_order(text):
    reached = 0
    for start, end in find_hardware(text):
        assert reached <= start < end <= len(text)
        reached = end
