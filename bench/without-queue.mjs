// Loaded into a server, before its own code, that stores events as before there was a log: without a row of the queue.
import pg from 'pg';

const { query } = pg.Client.prototype;

function eventsAlone(text) {
  const [, insert] =
    /^WITH recorded AS \((.*)RETURNING id\s*\)\s*INSERT INTO log_queue/s.exec(text) ?? [];
  if (insert === undefined) throw new Error('the statement of events does not fill the queue');
  return insert;
}

pg.Client.prototype.query = function (config, ...rest) {
  if (config?.name === 'events-insert') config.text = eventsAlone(config.text);
  return query.call(this, config, ...rest);
};
