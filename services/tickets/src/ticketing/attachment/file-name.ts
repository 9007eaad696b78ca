const MAX_NAME_BYTES = 255;
/** Device names of Windows, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
const EXTENSION = /\.[^.\s]{1,20}$/u;

/**
 * Makes a file name safe on every system: removes the path, invisible and bidirectional characters,
 * and characters that a system reserves; cuts it to 255 bytes and keeps its extension.
 *
 * @example
 * safeFileName('C:\\temp\\a:b.pdf'); // 'a_b.pdf'
 */
export function safeFileName(original: string): string {
  const visible = original
    .normalize('NFC')
    .replace(/^.*[/\\]/su, '')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, '')
    .replaceAll(/[<>:"|?*]/g, '_')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  const name = DEVICE.test(visible) ? `_${visible}` : visible;
  return truncated(name) || 'file';
}

function truncated(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  let stem = '';
  let bytesLeft = MAX_NAME_BYTES - Buffer.byteLength(extension);
  for (const character of name.slice(0, name.length - extension.length)) {
    bytesLeft -= Buffer.byteLength(character);
    if (bytesLeft < 0) break;
    stem += character;
  }
  return stem.trimEnd() + extension;
}

/** The header of RFC 6266: an ASCII name for old clients, and the exact name. */
export function contentDisposition(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}
