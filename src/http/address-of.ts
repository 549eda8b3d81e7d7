/** How the platform addressed a request: PUBLIC_URL (with a path of its own where a proxy adds one) and what stood in the request line, byte for byte. */
export function addressOf(publicUrl: URL, line: string): { url: URL; target: string } {
  const prefix = publicUrl.pathname.replace(/\/$/, '');
  const own = line.replace(/^\/+/, '/');
  const url = new URL(own, publicUrl);
  url.pathname = prefix + url.pathname;
  return { url, target: prefix + own };
}
