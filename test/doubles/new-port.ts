import type { AddressInfo, Server } from 'node:net';

const used = new Set<number>();

/**
 * Has a server listen on a port that none in this process had before, and gives it: who refused a password is remembered
 * for a while by address.
 */
export async function listenOnNewPort(server: Server): Promise<number> {
  for (;;) {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    if (!used.has(port)) {
      used.add(port);
      return port;
    }
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }
}
