import { expect, test } from '@jest/globals';
import { CursorCodec } from './signed-cursor.ts';
import { newId, newUuid } from '../core/id.ts';

const codec = new CursorCodec('a secret that only tests share, 32+');
const workspace = newUuid();

test('decodes to the encoded position and is the same for the same position', () => {
  const subject = newId('tkt');
  const cursor = codec.encode(workspace, { position: 123_456_789_012, subject, version: 7 });
  expect(cursor).toMatch(/^[\w-]{22}$/);
  expect(codec.encode(workspace, { position: 123_456_789_012, subject, version: 7 })).toBe(cursor);
  const decoded = codec.decode(workspace, cursor)!;
  expect([
    decoded.position,
    decoded.version,
    decoded.isFor(subject),
    decoded.isFor(newId('tkt')),
  ]).toEqual([123_456_789_012, 7, true, false]);
});

test('is unreadable with another workspace or secret and does not reveal the order of positions', () => {
  const cursors = Array.from({ length: 1000 }, (_, position) =>
    codec.encode(workspace, { position }),
  );
  const otherWorkspace = newUuid();
  // Only 16 bits are checked, so that a few of 1,000 could pass by chance.
  expect(cursors.filter((cursor) => codec.decode(otherWorkspace, cursor)).length).toBeLessThan(3);
  expect(
    cursors.filter((cursor) =>
      new CursorCodec('another secret, of at least 32 signs').decode(workspace, cursor),
    ).length,
  ).toBeLessThan(3);
  expect([...cursors].sort()).not.toEqual(cursors);
  expect(new Set(cursors).size).toBe(1000);
});

test('decodes no other text', () => {
  for (const text of ['', 'x', 'cG9zaXRpb24gMQ', 'A'.repeat(64)])
    expect(codec.decode(workspace, text)).toBeUndefined();
});
