import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, license: { fileName: "licences.md" } },
  server: { proxy: Object.fromEntries(["/sparql", "/api"].map((path) => [path, "http://127.0.0.1:8000"])) },
});
