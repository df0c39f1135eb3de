import { fileURLToPath } from 'node:url';
import { build as esbuild, type Metafile, type Plugin } from 'esbuild';

/** Stand-ins for parts of packages that the driver never uses, and that take long to load. */
const STAND_INS: readonly { readonly filter: RegExp; readonly file: string }[] = [
  { filter: /^undici$/, file: './undici.mjs' },
  { filter: /^\.\/client-h2\.js$/, file: './undici-client-h2.cjs' },
  { filter: /^@aws-sdk\/credential-provider-node$/, file: './no-default-credentials.mjs' },
];

const standIns: Plugin = {
  name: 'stand-ins',
  setup(build) {
    for (const { filter, file } of STAND_INS)
      build.onResolve({ filter }, () => ({
        path: fileURLToPath(new URL(file, import.meta.url)),
        sideEffects: false,
      }));
  },
};

/**
 * Bundles the library and the command line into ES modules that share chunks. Packages other than these stay imports.
 * Gives what went into which file.
 */
export async function bundle(outdir: string, packages: readonly string[]): Promise<Metafile> {
  const { metafile } = await esbuild({
    entryPoints: { index: 'src/index.ts', 'cli/main': 'src/cli/main.ts' },
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    external: packages.flatMap((name) => [name, `${name}/*`]),
    plugins: [standIns],
    // Identifiers stay, for stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // For what undici, which is CommonJS, requires of Node.
    banner: {
      js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}
