import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Actor } from '@deskgraph/common/auth/access';

interface Right {
  workspace: string;
  id: string;
  /** Seconds since 1970. */
  until: number;
}

/** The right to upload exactly these bytes, once. */
export interface UploadRight extends Right {
  may: 'upload';
  size: number;
  type: string;
}

/** The right to download a file as this actor, whose rights are checked again at the download. */
export interface DownloadRight extends Right {
  may: 'download';
  as: Pick<Actor, 'kind' | 'id' | 'role' | 'scopes' | 'departments' | 'filter'>;
}

/** The public path, at the gateway. */
export const FILES_PATH = '/files/';
const TOKEN = /^([\w-]{1,8192})\.([\w-]{43})$/;

/** Links that carry a signed right. A client with a link needs no other authorization. */
export class SignedLinks {
  readonly #key: Buffer;
  readonly #base: string;

  /** `base` is the address of the gateway; without it links are paths relative to that address. */
  constructor(secret: string, base = '') {
    this.#key = createHmac('sha256', secret).update('deskgraph file links').digest();
    this.#base = base.replace(/\/+$/, '');
  }

  write(right: UploadRight | DownloadRight): string {
    const text = Buffer.from(JSON.stringify(right)).toString('base64url');
    return `${this.#base}${FILES_PATH}${text}.${this.#sign(text).toString('base64url')}`;
  }

  /**
   * The right of the last path segment of a link; undefined if its signature is wrong or it has
   * expired.
   */
  read(token: string, now = Date.now()): UploadRight | DownloadRight | undefined {
    const [, text, signature] = TOKEN.exec(token) ?? [];
    if (!text || !timingSafeEqual(this.#sign(text), Buffer.from(signature!, 'base64url')))
      return undefined;
    const right = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as
      | UploadRight
      | DownloadRight;
    return right.until * 1000 > now ? right : undefined;
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
