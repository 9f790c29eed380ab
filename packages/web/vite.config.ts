import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const platform = "http://localhost:4000";
const compressors = { br: promisify(brotliCompress), gz: promisify(gzip) };

/** Writes `.br` and `.gz` beside every text file, for servers that send files as they are. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle: async ({ dir = "dist" }) => {
      const files = await readdir(dir, { recursive: true });
      const texts = files.filter((file) => /\.(html|js|css|svg)$/.test(file)).map((file) => join(dir, file));
      await Promise.all(texts.map(compressFile));
    },
  };
}

async function compressFile(path: string): Promise<void> {
  const content = await readFile(path);
  for (const [extension, compress] of Object.entries(compressors)) {
    await writeFile(`${path}.${extension}`, await compress(content));
  }
}

export default defineConfig({
  plugins: [react(), precompress()],
  server: {
    proxy: { "/config.json": platform, "/graphql": { target: platform, ws: true } },
  },
  build: {
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|react-router|scheduler)\// },
            { name: "mantine", test: /node_modules\/(@mantine|@floating-ui)\// },
            { name: "data", test: /node_modules\/(@apollo|graphql|graphql-ws|rxjs|@supabase)\// },
          ],
        },
      },
    },
  },
});
