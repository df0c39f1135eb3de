import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** The parts of the body, in order. */
  readonly parts: readonly (string | Buffer)[];
}

/** Bodies up to this size are written together with their head. */
const SMALL_BYTES = 16 * 1024;
const END_OF_HEAD = '\r\n\r\n';

/**
 * Serves DynamoDB's operations with the subset of HTTP/1.1 that both clients need: bodies with a Content-Length over keep-alive
 * connections. `node:http` takes longer for a small exchange than a client does, and would dominate the look-up. Prints its
 * port, and exits with the process that started it.
 */
export function serve(handle: (operation: string, body: Buffer) => Reply): void {
  const server = createServer({ noDelay: true }, (socket) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      for (let request = parseRequest(received); request !== undefined; request = parseRequest(received)) {
        received = received.subarray(request.end);
        reply(socket, handle(request.operation, request.body));
      }
    });
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  });
  process.stdin.resume().on('end', () => process.exit());
}

/** Parses the first request of the bytes. Returns undefined if it is not complete. */
function parseRequest(
  bytes: Buffer,
): { readonly operation: string; readonly body: Buffer; readonly end: number } | undefined {
  const endOfHead = bytes.indexOf(END_OF_HEAD);
  if (endOfHead < 0) return undefined;
  const head = bytes.toString('latin1', 0, endOfHead);
  const start = endOfHead + END_OF_HEAD.length;
  const end = start + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end) return undefined;
  const operation = /\r\nx-amz-target: *[^.\r]*\.(\w+)/i.exec(head)?.[1] ?? '';
  return { operation, body: bytes.subarray(start, end), end };
}

function reply(socket: Socket, { status, parts }: Reply): void {
  const length = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  const head = `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Bad Request'}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: ${length}${END_OF_HEAD}`;
  if (length <= SMALL_BYTES) {
    socket.write(head + parts.join(''));
    return;
  }
  socket.cork();
  for (const part of [head, ...parts]) socket.write(part);
  socket.uncork();
}
