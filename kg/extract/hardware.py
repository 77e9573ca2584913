"""Hardware told by its form, listed or not: `NVIDIA RTX 4090 GPU`, `H100 GPUs`, `TPU v5p pods`, `edge devices`.

A span is the whole name with vendor, memory and class. The count before it (`8xA100`, `1,024 GPUs`) is no part of it.
"""

import re

from ahocorasick_rs import AhoCorasick

from kg.extract.stretches import stretches

_VENDOR = (
    "NVIDIA Nvidia AMD Intel Google Apple Huawei Qualcomm Xilinx AWS ARM Arm IBM Cerebras Samsung MediaTek Hygon MetaX"
)
_FAMILY = (
    "GeForce Tesla Quadro Titan TITAN Radeon Instinct RTX GTX PRO DGX HGX Hopper Blackwell Ampere Ada Volta Turing "
    "Rubin Xeon Core EPYC Ryzen Threadripper Arc Gaudi Loihi Ascend Kunpeng Atlas Snapdragon Hexagon Adreno Versal "
    "Alveo Zynq Virtex Kintex Stratix Agilex Dimensity Exynos Tegra Galaxy Graviton"
)
_CHIP = (
    "GPU CPU TPU NPU LPU FPGA MCU SoC ASIC DSP processor accelerator superchip microcontroller chip card board pod Pod"
)
_ADJECTIVE = (
    "edge consumer consumer-grade mobile embedded server desktop laptop resource-constrained low-power low-cost "
    "low-end wearable neuromorphic quantum hardware neural LLM AI IoT NISQ RISC-V x86 ARM single-core multi-core "
    "near-memory"
)
_THING = "device hardware platform system server node"
_SIGN = (
    "PU FPGA MCU SoC ASIC DSP device ardware latform ystem erver node luster A100 A800 A10G 000 H100 H200 H800 V100 "
    "P100 B200 B300 B10 L40S K80 MI TPU STM32 ESP32 Cortex Raspberry Orin TX Jetson AGX WSE GB processor accelerator "
    "chip rocessing core Core gate UAV UGV IMU LiDAR icrocontroller martphone computer nmanned"
)


def _any(words: str, *, capital: bool = False) -> str:
    """One of the words, longest first, also with a capital where `capital` says so."""
    longest = sorted(words.split(), key=lambda word: (-len(word), word))
    return (
        f"(?:{'|'.join(rf'(?i:{word[0]}){re.escape(word[1:])}' if capital else re.escape(word) for word in longest)})"
    )


_CODE = (  # a device wherever it stands
    r"(?:A(?:100|800|10G|[2456]000)|H[128]00|V100S?|P100|B[23]00|G[BH][123]00|GB10|L40S|K80|MI\d{3}[AX]?"
    r"|TPU ?v\d[a-z]?|STM32\w*|ESP32(?:-[A-Z]\d)?|Cortex-[AM]\d+\w*|Loihi[ -]?\d|WSE-\d|AGX (?:Orin|Xavier|Thor)"
    r"|[RG]TX[ -]?(?:PRO )?A?\d{3,4}(?: ?Ti)?(?: [Ss]uper| SUPER)?(?: ?D\b)?(?: Ada)?|Orin (?:NX|Nano|AGX)"
    r"|Raspberry Pi(?:[~ ]?(?:Zero 2 ?W|Pico|\d\w{0,2}))?|Jetson(?: (?:AGX|Orin|Xavier|Nano|NX|Thor|TX[12]|Super)){0,4}"
    r"|Apple M\d(?: (?:Pro|Max|Ultra))?|Ascend[ -]?\d{3}\w?|Snapdragon \d\w*(?: (?:Gen \d|Elite))?)"
)
_WEAK_CODE = (  # a device with its vendor or family before it
    r"(?:[AHLPTKMBR]\d{1,4}[a-zA-Z]?|X[ePp]|i[3579](?:-\w+)?|\d{3,4}(?:[A-Z]{1,2}|Ti| Ti)?|U\d{2,3}|VCK\d+"
    r"|S\d\d(?: Ultra)?)"
)
_TAIL = r"s?(?:[ -](?:SXM\d?|PCIe|PCIE|NVL\d*))?(?:[ -]?\(?\d{1,3} ?GB?\b\)?)?(?:[ -](?:SXM\d?|PCIe))?"
# Words in a row are counted: without a bound, a text of nothing but such words would cost the square of its length.
_MAKER = rf"(?:{_any(_VENDOR)} (?:{_any(_FAMILY)}[ -]){{0,4}}|(?:{_any(_FAMILY)}[ -]){{1,4}})"
_FORMS = (
    rf"(?:{_any(_VENDOR)}[ -])?(?:{_any(_FAMILY)}[ -]){{0,4}}{_CODE}{_TAIL}(?:[ -]{_any(_CHIP)}s?)?",
    rf"{_MAKER}{_WEAK_CODE}{_TAIL}(?: {_any(_CHIP)}s?)?",
    r"(?:[AHLPTKMB]\d{1,3}|\d0\d0(?: Ti)?|\d{2} ?GB) GPUs?",
    rf"{_any(_VENDOR)}(?: {_any(_FAMILY)}){{0,4}}(?: {_any(_CHIP)}s?)",
    rf"{_any(_VENDOR)}(?: {_any(_FAMILY)}){{1,4}}",
    rf"(?:{_any(_FAMILY)}(?:-class)? ){{1,4}}{_any('GPU CPU NPU FPGA processor')}s?",
    rf"{_any(_ADJECTIVE, capital=True)} (?:{_any(_CHIP, capital=True)}|{_any('device hardware', capital=True)})s?",
    rf"{_any('edge mobile embedded neuromorphic', capital=True)} {_any(_THING, capital=True)}s?",
    r"(?:[GTN]PU|FPGA) (?:cluster|data ?cent(?:er|re)|server)s?",
    r"(?:[GCTNL]PU|FPGA|MCU|ASIC|UAV|UGV|IMU|LiDAR)s?|SoCs?",
    r"(?i:(?:graphics|central|tensor|neural) processing unit|field[- ]programmable gate array|tensor[ -]core)s?",
    r"(?i:microcontroller|smartphone|single-board computer|supercomputer|unmanned (?:aerial|ground|surface) vehicle)s?",
)
_HARDWARE = re.compile(
    r"(?<![^\W_])(?<![./@_+])(?<![A-TV-Z\d]-)"
    r"(?:\d+ ?[x×] ?(?=[A-Z]))?"  # 8xA100
    rf"(?P<name>{'|'.join(_FORMS)})(?![^\W_])"
    r"(?![ -](?:memory|hour|day|util|usage|time))"  # GPU memory and GPU hours are metrics
    r"(?!-?\d|-[A-Z](?![A-Z]))"
)
# No name goes without one of these, and none reaches further than `_REACH` from it.
_SIGNS = AhoCorasick(f"{_VENDOR} {_FAMILY} {_SIGN}".split())
_REACH = 60


def find_hardware(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each hardware name in `text`, in order, none overlapping."""
    return [
        match.span("name")
        for start, end in stretches(text, _SIGNS, _REACH)
        for match in _HARDWARE.finditer(text, start, end)
    ]
