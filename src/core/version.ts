/** The version in package.json, which is not read at run time: bundled chunks are at another path, and `core` does no I/O. */
export const PACKAGE_VERSION = '0.1.0';
