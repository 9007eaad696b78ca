import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ACCESS = { id: 'test-access-key', secret: 'test-secret-key' };
const REGION = 'test-1';
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(.+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * A server with the S3 operations that the service uses. Refuses requests without a valid Signature
 * Version 4.
 */
export async function startBucket() {
  const objects = new Map<string, Buffer>();
  const server = createServer(
    (request, response) => void serve(request, response).catch(() => response.destroy()),
  );

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const key = decodeURIComponent(new URL(url, 'http://s3').pathname);
    if (!isSigned(request)) return refuse(response, 403, 'SignatureDoesNotMatch');
    if (!key.startsWith('/files/')) return refuse(response, 404, 'NoSuchBucket');
    if (method === 'PUT') return store(request, response, key);
    if (method === 'DELETE') {
      objects.delete(key);
      return void response.writeHead(204).end();
    }
    const object = objects.get(key);
    if (!object) return refuse(response, 404, 'NoSuchKey');
    response.writeHead(200, {
      'content-length': object.length,
      etag: '"1"',
      'last-modified': new Date().toUTCString(),
    });
    response.end(method === 'HEAD' ? undefined : object);
  }

  /** An incomplete upload is not stored. */
  async function store(
    request: IncomingMessage,
    response: ServerResponse,
    key: string,
  ): Promise<void> {
    if (request.headers['content-length'] === undefined)
      return refuse(response, 411, 'MissingContentLength');
    if (request.headers['content-encoding']?.includes('aws-chunked'))
      return refuse(response, 501, 'NotImplemented');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    objects.set(key, Buffer.concat(parts));
    response.writeHead(200, { etag: '"1"' }).end();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    keys: () => [...objects.keys()],
    environment: {
      S3_BUCKET: 'files',
      S3_REGION: REGION,
      S3_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      S3_ACCESS_KEY_ID: ACCESS.id,
      S3_SECRET_ACCESS_KEY: ACCESS.secret,
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code></Error>`);
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

function isSigned({ method, url = '', headers }: IncomingMessage): boolean {
  const [, id, day, region, names = '', signature] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (id !== ACCESS.id || region !== REGION) return false;
  const { pathname, searchParams } = new URL(url, 'http://s3');
  searchParams.sort();
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [
    method,
    pathname,
    searchParams.toString(),
    signed.join(''),
    names,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = [
    'AWS4-HMAC-SHA256',
    headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${ACCESS.secret}`, day!));
  return hmac(key, text).toString('hex') === signature;
}
