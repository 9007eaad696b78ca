import { fileTypeFromBuffer, supportedMimeTypes } from 'file-type';

export const UNKNOWN = 'application/octet-stream';
/** So much of the beginning tells what a file is. */
export const HEAD_BYTES = 8_192;

/** What systems run when somebody opens it, by the end of its name. */
const PROGRAMS = new Set(
  (
    'ade adp apk app appx appxbundle bash bat cab cgi chm class cmd com command cpl csh deb dex dll dmg elf exe gadget hta htaccess ins iso isp ' +
    'jar jnlp js jse ksh lib lnk mde msc msh msi msix msp mst nsh ocx osx out phar php php3 php4 php5 php7 php8 phps pht phtml pif pkg ps1 psc1 psd1 ' +
    'psm1 reg rgs rpm run scf scr sct service sh shb shs sys url vb vbe vbs vbscript vhd vhdx ws wsc wsf wsh xll zsh'
  ).split(' '),
);

/** The same by media type, declared or detected. */
const PROGRAM_TYPES =
  /^application\/(x-(ms-?(dos-program|download|installer|shortcut)|msdos-program|executable|elf|mach-binary|sh|shellscript|csh|bat|dosexec|httpd-php|php|java-applet|apple-diskimage|deb|rpm|pie-executable|sharedlib)|x\.ms\.shortcut|x\.apple\.alias|vnd\.(microsoft\.portable-executable|android\.package-archive|debian\.binary-package)|java-archive|java-vm|javascript|ecmascript|wasm|x-javascript|hta)$|^text\/(javascript|ecmascript|x-(shellscript|sh|php|msdos-batch))$/;

export const isProgramName = (name: string): boolean =>
  PROGRAMS.has(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
export const isProgramType = (type: string): boolean => PROGRAM_TYPES.test(type);

export type Judgement = { type: string } | { refused: 'program' | 'type' };

/** What a file is by its first bytes, if it may be kept and is what it was said to be. */
export async function judge(head: Uint8Array, declared: string): Promise<Judgement> {
  const found = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime;
  const isScript = head[0] === 0x23 && head[1] === 0x21;
  if (isScript || (found && isProgramType(found))) return { refused: 'program' };
  if (!holds(declared, found)) return { refused: 'type' };
  return { type: found && !ACTIVE.test(found) ? found : UNKNOWN };
}

/** Text that a browser could run is never called by its name. */
const ACTIVE = /^text\/|xml$|html$|svg/;
/** Other names of the same. */
const SAME: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/x-ms-bmp': 'image/bmp',
  'image/heif': 'image/heic',
  'application/x-pdf': 'application/pdf',
  'application/x-zip-compressed': 'application/zip',
  'application/x-gzip': 'application/gzip',
};
/** Wrappers in which other formats come: which one it is, is not always seen at the beginning. */
const WRAPPERS = new Set([
  'application/zip',
  'application/x-cfb',
  'application/gzip',
  'application/xml',
  'application/x-ole-storage',
]);

const sameOf = (type: string): string => SAME[type] ?? type;
const kindOf = (type: string): string => type.slice(0, type.indexOf('/'));

function holds(declared: string, found: string | undefined): boolean {
  const said = sameOf(declared);
  if (said === UNKNOWN) return true;
  // Formats that are known by their beginning have one; of texts there is nothing to see.
  if (!found) return !supportedMimeTypes.has(said) || said.startsWith('text/') || ACTIVE.test(said);
  const is = sameOf(found);
  if (is === said) return true;
  // The same wrapper holds sound or pictures that move.
  if (isMedia(is) && isMedia(said)) return true;
  if (is === 'application/xml' && (ACTIVE.test(said) || said.startsWith('application/')))
    return true;
  return (
    WRAPPERS.has(is) &&
    kindOf(said) === 'application' &&
    !['application/pdf', ...WRAPPERS].includes(said)
  );
}

const isMedia = (type: string): boolean =>
  ['audio', 'video'].includes(kindOf(type)) || type === 'application/ogg';
