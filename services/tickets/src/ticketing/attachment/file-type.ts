import { fileTypeFromBuffer, supportedMimeTypes } from 'file-type';

export const UNKNOWN_TYPE = 'application/octet-stream';
/** How many bytes at the beginning of a file are inspected. */
export const HEAD_BYTES = 8_192;

/** Extensions of files that a system executes when a user opens them. */
const PROGRAM_EXTENSIONS = new Set(
  (
    'ade adp apk app appx appxbundle bash bat cab cgi chm class cmd com command cpl csh deb dex dll dmg elf exe gadget hta htaccess ins iso isp ' +
    'jar jnlp js jse ksh lib lnk mde msc msh msi msix msp mst nsh ocx osx out phar php php3 php4 php5 php7 php8 phps pht phtml pif pkg ps1 psc1 psd1 ' +
    'psm1 reg rgs rpm run scf scr sct service sh shb shs sys url vb vbe vbs vbscript vhd vhdx ws wsc wsf wsh xll zsh'
  ).split(' '),
);

/** Media types of such files, declared or detected. */
const PROGRAM_TYPES =
  /^application\/(x-(ms-?(dos-program|download|installer|shortcut)|msdos-program|executable|elf|mach-binary|sh|shellscript|csh|bat|dosexec|httpd-php|php|java-applet|apple-diskimage|deb|rpm|pie-executable|sharedlib)|x\.ms\.shortcut|x\.apple\.alias|vnd\.(microsoft\.portable-executable|android\.package-archive|debian\.binary-package)|java-archive|java-vm|javascript|ecmascript|wasm|x-javascript|hta)$|^text\/(javascript|ecmascript|x-(shellscript|sh|php|msdos-batch))$/;

export const isProgramName = (name: string): boolean =>
  PROGRAM_EXTENSIONS.has(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
export const isProgramType = (type: string): boolean => PROGRAM_TYPES.test(type);

export type FileTypeCheck = { type: string } | { refused: 'program' | 'type' };

/**
 * Detects the media type of a file from its first bytes. Refuses programs and files whose bytes do
 * not match the declared type. *
 *
 * @example
 * await checkFileType(bytesOfPng, 'image/png'); // { type: 'image/png' }
 * await checkFileType(bytesOfPng, 'application/pdf'); // { refused: 'type' }
 */
export async function checkFileType(head: Uint8Array, declared: string): Promise<FileTypeCheck> {
  const detected = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime;
  const isScript = head[0] === 0x23 && head[1] === 0x21;
  if (isScript || (detected && isProgramType(detected))) return { refused: 'program' };
  if (!isCompatible(declared, detected)) return { refused: 'type' };
  return { type: detected && !ACTIVE.test(detected) ? detected : UNKNOWN_TYPE };
}

/** Types that a browser could execute; such files are served as UNKNOWN_TYPE. */
const ACTIVE = /^text\/|xml$|html$|svg/;
/** Aliases of media types. */
const ALIASES: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/x-ms-bmp': 'image/bmp',
  'image/heif': 'image/heic',
  'application/x-pdf': 'application/pdf',
  'application/x-zip-compressed': 'application/zip',
  'application/x-gzip': 'application/gzip',
};
/** Containers of other formats; the first bytes do not always show which format is inside. */
const CONTAINERS = new Set([
  'application/zip',
  'application/x-cfb',
  'application/gzip',
  'application/xml',
  'application/x-ole-storage',
]);

const canonicalType = (type: string): string => ALIASES[type] ?? type;
const mainTypeOf = (type: string): string => type.slice(0, type.indexOf('/'));

function isCompatible(declaredType: string, detectedType: string | undefined): boolean {
  const declared = canonicalType(declaredType);
  if (declared === UNKNOWN_TYPE) return true;
  // A format with a signature must show it; text has none.
  if (!detectedType)
    return (
      !supportedMimeTypes.has(declared) || declared.startsWith('text/') || ACTIVE.test(declared)
    );
  const detected = canonicalType(detectedType);
  if (detected === declared) return true;
  // The same container formats hold audio and video.
  if (isMedia(detected) && isMedia(declared)) return true;
  const mayBeXml = ACTIVE.test(declared) || declared.startsWith('application/');
  if (detected === 'application/xml' && mayBeXml) return true;
  return (
    CONTAINERS.has(detected) &&
    mainTypeOf(declared) === 'application' &&
    !['application/pdf', ...CONTAINERS].includes(declared)
  );
}

const isMedia = (type: string): boolean =>
  ['audio', 'video'].includes(mainTypeOf(type)) || type === 'application/ogg';
