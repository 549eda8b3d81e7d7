import type { ChannelType } from '../../schemas/index.ts';
import type { MediaSettings } from '../media/settings.ts';

/** Where Kafka is and how to talk to it; null: no Kafka, events stay in the log (API, webhooks and SSE read it there). */
export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly ssl: boolean | { readonly ca?: string };
  readonly sasl: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string } | null;
  readonly topicPrefix: string;
}

/** One connected number or page, with its app's secrets merged in. */
export interface ChannelConfig {
  readonly id: string;
  readonly type: ChannelType;
  readonly provider: 'meta' | 'twilio';
  readonly tenant: string;
  readonly name: string | null;
  /** As customers know it: E.164, or `whatsapp:+…`. */
  readonly address: string | null;
  /** What webhooks name: phone_number_id, page id, IGID, or AccountSid and address with a space between. */
  readonly account: string;
  /** WhatsApp Business (Messaging) account id. */
  readonly businessAccount: string | null;
  /** App secrets or auth tokens that may have signed a webhook, current first. */
  readonly secrets: readonly string[];
  readonly verifyTokens: readonly string[];
  /** What a call needs: accessToken, or accountSid and authToken (or apiKey and apiSecret). Sealed at rest. */
  readonly credentials: Readonly<Record<string, string>>;
  /** What is no secret: baseUrl, graphVersion, onUnknown. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly managed: 'file' | 'api';
}

/** How sends are tried again, how long a doubt lasts, how much may wait. */
export interface OutboundSettings {
  /** Tries of one call that was surely not sent; what the platform only throttled is not counted, but ends after throttledMaxMs. */
  readonly maxAttempts: number;
  readonly firstMs: number;
  readonly maxMs: number;
  /** New attempts after a failed status that the platform's table calls temporary. */
  readonly failedStatuses: number;
  readonly throttledMaxMs: number;
  readonly doubtHoldMs: number;
  readonly doubtWaitMs: number;
  readonly queueMaxPerTenant: number;
  /** A channel that its platform stopped is tried so long afterwards, then after twice as long each time, an hour at most. */
  readonly probeFirstMs: number;
}

/** What makes files into what a channel takes. */
export interface ConversionSettings {
  /** Absolute paths; null: not installed, or switched off. */
  readonly tools: { readonly ffmpeg: string; readonly ffprobe: string } | null;
  /** Decodes HEIC; null: not installed, or switched off. */
  readonly heifConvert: string | null;
  /** Where only one of them could make a file fit and it is not there. */
  readonly without: 'link' | 'refuse';
  /** So many at once. */
  readonly parallel: number;
}

/** The whole configuration, read once and frozen. Names are those of the environment (DESIGN 5b), camel case. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly operatorHost: string;
  readonly operatorPort: number;
  readonly publicUrl: URL;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly kafka: KafkaConfig | null;
  /** 32 bytes. */
  readonly masterKey: Buffer;
  readonly operatorToken: string;
  readonly ackAfter: 'journal' | 'store';
  readonly journalRetentionDays: number;
  readonly journalMaxBytes: number;
  readonly eventRetentionDays: number;
  readonly messageRetentionDays: number;
  readonly exchangeRetentionDays: number;
  readonly idempotencyDays: number;
  readonly mediaLinkDays: number;
  readonly media: MediaSettings;
  readonly outbound: OutboundSettings;
  readonly conversion: ConversionSettings;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly channelsFile: string | null;
  readonly channels: readonly ChannelConfig[];
  readonly graphApiUrl: string;
  readonly twilioApiUrl: string;
  readonly sandbox: boolean;
  /** Lines for the operator about what was made or assumed at this start; never secrets. */
  readonly notices: readonly string[];
}
