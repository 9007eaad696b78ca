const BYTES = 255;
/** Devices of Windows, whatever stands behind the point. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
const EXTENSION = /\.[^.\s]{1,20}$/u;

/**
 * A name that is one on every system and shows what it is: no path, nothing that can't be seen or turns the direction of writing, none of
 * the signs that a system takes for its own, bounded with its extension kept.
 */
export function fileName(given: string): string {
  const visible = given
    .normalize('NFC')
    .replace(/^.*[/\\]/su, '')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, '')
    .replaceAll(/[<>:"|?*]/g, '_')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  const name = DEVICE.test(visible) ? `_${visible}` : visible;
  return bounded(name) || 'file';
}

function bounded(name: string): string {
  if (Buffer.byteLength(name) <= BYTES) return name;
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  let kept = '';
  let room = BYTES - Buffer.byteLength(extension);
  for (const sign of name.slice(0, name.length - extension.length)) {
    room -= Buffer.byteLength(sign);
    if (room < 0) break;
    kept += sign;
  }
  return kept.trimEnd() + extension;
}

/** As RFC 6266 wants it: a name that every program reads, and the real one. */
export function disposition(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
