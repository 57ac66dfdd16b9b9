import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SluiceError } from '#errors';

/** The folder of the product: the nearest one above this file whose package.json is Sluice's. The same from sources and from dist/. */
export function productRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && /"name":\s*"sluice"/.test(readFileSync(manifest, 'utf8'))) return folder;
    if (dirname(folder) === folder) {
      throw new SluiceError('StackFailed', 'the folder of Sluice was not found above its own files', {
        start: import.meta.dirname,
      });
    }
  }
}

/** Where Sluice keeps what it downloads and runs: `SLUICE_HOME`, else `.sluice` in the product's folder (ignored by git). */
export function sluiceHome(): string {
  return process.env['SLUICE_HOME'] ?? join(productRoot(), '.sluice');
}

/** The folder of the stack that `sluice up` starts and `sluice down` ends. */
export function defaultStackDir(): string {
  return join(sluiceHome(), 'stack');
}
