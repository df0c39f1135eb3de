import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, type Plugin, type PluginContext, rolldown } from 'rolldown';

const LIBRARY = resolve('src/index.ts');
const CLI = resolve('src/cli/main.ts');
/** What the command line imports at once. */
const CLI_START = resolve('src/cli/run-process.ts');

/** Stand-ins for packages, and parts of packages, that take long to load as they are. */
const STAND_INS: readonly { readonly filter: RegExp; readonly file: string }[] = [
  { filter: /^@duckdb\/node-api$/, file: './duckdb.cjs' },
  { filter: /^undici$/, file: './undici.mjs' },
  { filter: /^\.\/client-h2\.js$/, file: './undici-client-h2.cjs' },
  { filter: /^@aws-sdk\/credential-provider-node$/, file: './no-default-credentials.mjs' },
];

const standIns: Plugin = {
  name: 'stand-ins',
  resolveId(id, importer) {
    const path = findStandIn(id, importer);
    return path === undefined ? undefined : { id: path, moduleSideEffects: false };
  },
};

/** The file that stands in for an import; what that file imports itself is the real one. */
function findStandIn(id: string, importer: string | undefined): string | undefined {
  const found = STAND_INS.find(({ filter }) => filter.test(id));
  const path = found && fileURLToPath(new URL(found.file, import.meta.url));
  return path === importer ? undefined : path;
}

/**
 * Bundles the library and the command line into ES modules. Packages other than these stay imports. What importing the
 * library loads is in two files, since each file takes time of its own; what is loaded later is in files that share code.
 */
export async function bundle(outdir: string, packages: readonly string[]): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    input: { index: LIBRARY, 'cli/main': CLI },
    platform: 'node',
    external: (id, importer) =>
      findStandIn(id, importer) === undefined &&
      packages.some((name) => id === name || id.startsWith(`${name}/`)),
    resolve: { mainFields: ['module', 'main'] },
    transform: { target: 'node20.19' },
    plugins: [standIns],
  });
  const { output } = await build.write({
    dir: outdir,
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names and line breaks stay: Node.js prints the line of an uncaught error, and stack traces name functions.
    minify: { compress: true, mangle: false, codegen: false },
    comments: false,
    codeSplitting: { groups: [{ name: chooseChunk, debugName: 'start' }] },
  });
  return output.filter((file) => file.type === 'chunk');
}

/** The library and the command line share what both import at once; undefined for what is imported later. */
function chooseChunk(id: string, context: Pick<PluginContext, 'getModuleInfo'>): string | null {
  if (!importedAtOnce(LIBRARY, context).has(id)) return null;
  return importedAtOnce(CLI_START, context).has(id) ? 'core' : 'driver';
}

const found = new Map<string, ReadonlySet<string>>();

/** A module and all that it imports statically. */
function importedAtOnce(entry: string, context: Pick<PluginContext, 'getModuleInfo'>): ReadonlySet<string> {
  const known = found.get(entry);
  if (known !== undefined) return known;
  const modules = new Set([entry]);
  // Iterating a set includes what is added meanwhile.
  for (const id of modules)
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) modules.add(next);
  found.set(entry, modules);
  return modules;
}
