import { useState } from 'react';
import { TextField } from '../../parts/fields.tsx';
import { CodeBlock } from '../../parts/secret.tsx';
import { Segments } from '../../parts/segments.tsx';
import { collectorCommands, WAYS, type Way } from './collector-ways.ts';
import { useIngestUrl } from './use-ingest-url.ts';

export type CollectorCommandsProps = {
  readonly clusterId: string;
  /** Undefined where it is no longer known: it was shown once. */
  readonly clusterKey: string | undefined;
};

/** The commands that start a collector in the cluster, ready to be copied, and the one that checks it. */
export function CollectorCommands({ clusterId, clusterKey }: CollectorCommandsProps) {
  const [way, setWay] = useState<Way>('helm');
  const [ingestUrl, setIngestUrl] = useIngestUrl();
  const commands = collectorCommands(way, { clusterId, clusterKey: clusterKey ?? 'YOUR-KEY', ingestUrl });
  return (
    <div className="form">
      <TextField
        label="Ingest URL"
        kind="url"
        isRequired
        hint="Where your ingest service is reached from the cluster. This browser remembers it."
        value={ingestUrl}
        onChange={setIngestUrl}
      />
      <Segments label="How to start the collector" options={WAYS} value={way} onChange={setWay} />
      <CodeBlock name="command" text={commands.start} />
      {clusterKey === undefined ? (
        <p className="quiet">Replace YOUR-KEY with the key: it was shown when it was created and is not stored.</p>
      ) : null}
      <p className="quiet">
        It collects compute from OpenCost. Further settings switch on storage, egress and projects: see
        docs/collector.md. Then ask whether everything is reached:
      </p>
      <CodeBlock name="check" text={commands.check} />
    </div>
  );
}
