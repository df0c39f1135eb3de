import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import dynalite from 'dynalite';

export interface RunningServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts an empty emulated DynamoDB in this process, on a free port of this machine. */
export async function startDynalite(onRequest?: (request: IncomingMessage) => void): Promise<RunningServer> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  if (onRequest !== undefined) server.prependListener('request', onRequest);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
