import { expect, test } from '@jest/globals';
import { CursorCodec } from './signed-cursor.ts';
import { newId, newUuid } from '../core/id.ts';

const cursors = new CursorCodec('a secret that only tests share, 32+');
const workspace = newUuid();

test('a cursor brings back the place that it was made of, and always looks the same', () => {
  const subject = newId('tkt');
  const cursor = cursors.encode(workspace, { position: 123_456_789_012, subject, version: 7 });
  expect(cursor).toMatch(/^[\w-]{22}$/);
  expect(cursors.encode(workspace, { position: 123_456_789_012, subject, version: 7 })).toBe(
    cursor,
  );
  const place = cursors.decode(workspace, cursor)!;
  expect([place.position, place.version, place.isOf(subject), place.isOf(newId('tkt'))]).toEqual([
    123_456_789_012,
    7,
    true,
    false,
  ]);
});

test('another workspace, or a process with another secret, does not read it, and can’t tell two places apart by order', () => {
  const all = Array.from({ length: 1000 }, (_, position) =>
    cursors.encode(workspace, { position }),
  );
  const stranger = newUuid();
  // 16 bits of a block are checked: of 1,000 hardly ever one fits by chance.
  expect(all.filter((cursor) => cursors.decode(stranger, cursor)).length).toBeLessThan(3);
  expect(
    all.filter((cursor) =>
      new CursorCodec('another secret, of at least 32 signs').decode(workspace, cursor),
    ).length,
  ).toBeLessThan(3);
  expect([...all].sort()).not.toEqual(all);
  expect(new Set(all).size).toBe(1000);
});

test('what is no cursor is none', () => {
  for (const text of ['', 'x', 'cG9zaXRpb24gMQ', 'A'.repeat(64)])
    expect(cursors.decode(workspace, text)).toBeUndefined();
});
