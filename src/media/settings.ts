/** An S3-compatible store. Without keys the machine's own are taken (AWS's default chain). */
export interface S3Settings {
  readonly bucket: string;
  readonly endpoint: string | null;
  readonly region: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
  readonly prefix: string;
  /** The bucket in the path, not in the host: as most servers but Amazon's want it. */
  readonly pathStyle: boolean;
}
/** Where media are kept and what may come in; plain data, for the threads that use it. */
export interface MediaSettings {
  /** Folder of the media, and of what is on its way into S3. */
  readonly folder: string;
  readonly s3: S3Settings | null;
  readonly scanCommand: string | null;
  /** Files fetched at a time. */
  readonly parallel: number;
  readonly retentionDays: number;
}
