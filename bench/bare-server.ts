import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** The body, one part after another. */
  readonly parts: readonly (string | Buffer)[];
}

/** Bodies up to this go out in one write with their head. */
const SMALL_BYTES = 16 * 1024;
const END_OF_HEAD = '\r\n\r\n';

/**
 * Answers DynamoDB's operations over HTTP/1.1, with as little of it as the two clients need: bodies of a known length over
 * connections that stay open. `node:http` takes longer over a small exchange than a client does over its part, and would
 * be most of what a look-up measures. Prints its port, and ends with whoever started it.
 */
export function serve(answer: (operation: string, body: Buffer) => Reply): void {
  const server = createServer({ noDelay: true }, (socket) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      for (let request = firstOf(received); request !== undefined; request = firstOf(received)) {
        received = received.subarray(request.end);
        reply(socket, answer(request.operation, request.body));
      }
    });
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  });
  process.stdin.resume().on('end', () => process.exit());
}

/** The request that the bytes begin with; undefined where it is not whole yet. */
function firstOf(
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
