// Both products, one after the other: each keeps all cores busy. Leaves the ES module in pkg/, the Worker in build/.
import { buildPkg } from './build-pkg.mjs';
import { buildWorker } from './build-worker.mjs';
import { isMain, main } from './run.mjs';
import { setup } from './setup.mjs';

export async function build() {
  await buildPkg();
  await buildWorker();
}

if (isMain(import.meta)) {
  await main(async () => {
    await setup({ tests: false });
    await build();
  });
}
