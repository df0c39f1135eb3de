import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import dynalite from 'dynalite';

export interface Running {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** An emulated DynamoDB in this process, empty, on a free port of this machine. */
export async function startDynalite(hear?: (request: IncomingMessage) => void): Promise<Running> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  if (hear !== undefined) server.prependListener('request', hear);
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
