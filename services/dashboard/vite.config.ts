import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Below it the headers of an answer are most of it. */
const COMPRESSED_BYTES_MIN = 1_024;

/**
 * Writes each script and style compressed beside it, so that the api sends a third without compressing anything itself.
 */
function compressAssets(): Plugin {
  return {
    name: 'compress-assets',
    apply: 'build',
    async writeBundle({ dir = 'dist' }) {
      const folder = join(dir, 'assets');
      const names = (await readdir(folder)).filter((name) => /\.(?:js|css)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const path = join(folder, name);
          const content = await readFile(path);
          if (content.byteLength < COMPRESSED_BYTES_MIN) return;
          await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
          await writeFile(`${path}.gz`, await promisify(gzip)(content));
        }),
      );
    },
  };
}

/**
 * Builds the page into `dist`, which the api serves. Everything comes from there: no host but the api is asked for a
 * script, a style or a font.
 */
export default defineConfig({
  plugins: [react(), compressAssets()],
  define: {
    // Set where images for production are built: the development sign-in is then not part of the page.
    HAS_DEVELOPMENT_SIGN_IN: JSON.stringify(process.env.HOPSMETER_PRODUCTION !== '1'),
  },
  build: {
    target: 'es2023',
    // A file written into another one as data: would need an exception in the content security policy.
    assetsInlineLimit: 0,
    sourcemap: false,
    // What two views have in common comes with the first one: 33 files of 245 kB instead of 99 of 276 kB, because each
    // file is compressed by itself. A view of its own is then a few kB.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] } } },
  },
});
