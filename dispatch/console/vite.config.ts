// How the pages are built: a page for each kind of seat, files named by their content, nothing inlined (the content policy forbids it).
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = import.meta.dirname;
const maplibre = resolve(here, "node_modules/maplibre-gl/src");

/**
 * The map library with its worker, both out of its sources: what they share is one file, where its ready-made builds
 * are two that hold it twice, a third more to load. The worker is a file of ours, so that no policy need allow blobs.
 */
function mapWorker(): Plugin {
  const worker = resolve(maplibre, "source/worker.ts");
  let building = true;
  return {
    name: "map-worker",
    configResolved: ({ command }) => void (building = command === "build"),
    resolveId: (id) => (id === "virtual:map-worker" ? "\0map-worker" : null),
    load(id) {
      if (id !== "\0map-worker") return null;
      if (!building) return `export default ${JSON.stringify(`/@fs${worker}`)};`;
      const file = this.emitFile({ type: "chunk", id: worker, name: "map_worker" });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}

/** What others made and the pages hold, with the words under which it may be passed on. */
function licences(): Plugin {
  const of = { "maplibre-gl": "LICENSE.txt", preact: "LICENSE", "@preact/signals": "LICENSE", "@fontsource/noto-sans-sc": "LICENSE" };
  return {
    name: "licences",
    generateBundle() {
      const texts = Object.entries(of).map(([name, file]) => `${name}\n\n${readFileSync(resolve(here, "node_modules", name, file), "utf8")}`);
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join("\n\n\n") });
    },
  };
}

export default defineConfig({
  root: here,
  plugins: [mapWorker(), licences()],
  // The library's classes declare fields that their constructors' base classes fill; defined anew they would be empty again.
  oxc: { typescript: { removeClassFieldsWithoutInitializer: true }, assumptions: { setPublicClassFields: true } },
  resolve: { alias: [{ find: /^maplibre-gl$/, replacement: resolve(maplibre, "index.ts") }] },
  build: {
    outDir: "built",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700, // kB of the map library, loaded apart; tests hold all pages to 450 kB compressed
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
