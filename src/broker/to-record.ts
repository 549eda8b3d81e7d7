import type { LogRow } from '../store/port.ts';
import type { OutRecord } from './kafkajs/fenced-producer.ts';

/** W3C traceparent from the event's id: the same event, the same trace. */
function traceparent(id: string): string {
  const hex = id.replaceAll('-', '');
  return `00-${hex}-${hex.slice(16)}-01`;
}
/** An event as it stands on Kafka. */
export function toRecord(row: LogRow, prefix: string): OutRecord {
  return {
    topic: prefix + row.topic,
    key: row.subject,
    value: row.json,
    headers: {
      'content-type': 'application/cloudevents+json',
      ce_specversion: '1.0',
      ce_id: row.id,
      ce_type: row.type,
      ce_source: row.channel === null ? '/unrouted' : `/channels/${row.channel}`,
      ce_subject: row.subject,
      traceparent: traceparent(row.id),
    },
  };
}
