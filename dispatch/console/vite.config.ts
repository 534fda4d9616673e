// How the pages are built: a page for each kind of seat, files named by their content, nothing inlined (the content policy forbids it).
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const here = import.meta.dirname;

export default defineConfig({
  root: here,
  build: {
    outDir: "built",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        index: resolve(here, "index.html"),
        operator: resolve(here, "operator.html"),
        crew: resolve(here, "crew.html"),
        demo: resolve(here, "demo.html"),
        committee: resolve(here, "committee.html"),
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": "http://127.0.0.1:8000",
      "/feed": { target: "http://127.0.0.1:8000", ws: true },
    },
  },
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    environment: "node",
  },
});
