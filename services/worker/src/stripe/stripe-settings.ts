/** What the export to Stripe has to be told before it does anything. */
export type StripeExportSettings = {
  readonly apiKey: string;
  readonly apiUrl: URL;
  /** How often new usage is sent. */
  readonly intervalMs: number;
  /** For how many hours after its end Stripe leaves a month's invoice open. */
  readonly monthGraceHours: number;
};
