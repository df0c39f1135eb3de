import type { AddressInfo, Server } from 'node:net';

const used = new Set<number>();

/**
 * Lets a server listen on a port that is new in this process, and returns it: rejected passwords are cached by the address of
 * the server.
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
