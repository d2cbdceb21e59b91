import { PassThrough } from 'node:stream';
import type pg from 'pg';
import { expect, it } from 'vitest';
import { BaseBackup } from './base-backup.js';

it('a backup goes on if the manifest comes while the archive waits for the disk', async () => {
  const socket = new PassThrough();
  const backup = new BaseBackup();
  backup.submit({ stream: socket, query: () => {} } as unknown as pg.Connection);
  const message = (type: string, size = 0) =>
    backup.handleCopyData({ chunk: Buffer.concat([Buffer.from(type), Buffer.alloc(size)]) });
  message('n');
  message('d', 2 << 20); // more than waits in memory
  expect(socket.isPaused()).toBe(true);
  message('m');
  expect(socket.isPaused()).toBe(false);
  backup.handleCopyData({ chunk: Buffer.from('d{}') });
  backup.handleReadyForQuery();
  expect(await backup.manifest).toBe('{}');
});
