import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Actor } from '@deskgraph/common/auth/access';

interface Right {
  workspace: string;
  id: string;
  /** Seconds since 1970. */
  until: number;
}

/** To send exactly these bytes, once. */
export interface UploadRight extends Right {
  may: 'upload';
  size: number;
  type: string;
}

/** To read a file as somebody who saw it when the link was made; what he sees by then is asked again. */
export interface DownloadRight extends Right {
  may: 'download';
  as: Pick<Actor, 'kind' | 'id' | 'role' | 'scopes' | 'departments' | 'filter'>;
}

/** The public path, at the gateway. */
export const PATH = '/files/';
const TOKEN = /^([\w-]{1,8192})\.([\w-]{43})$/;

/** Links that carry a right, signed. Who has one needs nothing else. */
export class Links {
  readonly #key: Buffer;
  readonly #base: string;

  /** `base` stands in front of the path; empty makes a path relative to the gateway's address. */
  constructor(secret: string, base = '') {
    this.#key = createHmac('sha256', secret).update('deskgraph file links').digest();
    this.#base = base.replace(/\/+$/, '');
  }

  write(right: UploadRight | DownloadRight): string {
    const text = Buffer.from(JSON.stringify(right)).toString('base64url');
    return `${this.#base}${PATH}${text}.${this.#sign(text).toString('base64url')}`;
  }

  /** The right of a link's last part; undefined when it was not signed here or is over. */
  read(token: string, now = Date.now()): UploadRight | DownloadRight | undefined {
    const [, text, mark] = TOKEN.exec(token) ?? [];
    if (!text || !timingSafeEqual(this.#sign(text), Buffer.from(mark!, 'base64url')))
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
