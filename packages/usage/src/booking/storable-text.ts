import type { ReportedEvent, Usage } from '../event.ts';

/** The text as Postgres can hold it: NUL and half surrogate pairs, which `text` or `jsonb` refuse, become U+FFFD. */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** The event with all its texts storable. Only for showing it: its identity and content are those of the original. */
export function toStorableEvent(event: ReportedEvent): ReportedEvent {
  const identity = { id: toStorableText(event.id), sourcePath: toStorableText(event.sourcePath) };
  switch (event.type) {
    case 'correction': {
      const [replaces, reason] = [toStorableText(event.replaces), toOptional(event.reason)];
      return { ...event, ...identity, replaces, reason, usages: event.usages.map(toStorableUsage) };
    }
    case 'manifest':
      return { ...event, ...identity, sums: event.sums.map(toStorableUsage), missing: toOptional(event.missing) };
    case 'project': {
      const [namespace, projectName] = [toStorableText(event.namespace), toStorableText(event.projectName)];
      return { ...event, ...identity, namespace, projectName, owner: toStorableText(event.owner) };
    }
    default:
      return {
        ...event,
        ...identity,
        subject: toOptional(event.subject),
        namespace: toOptional(event.namespace),
        gpuModel: toOptional(event.gpuModel),
        usages: event.usages.map(toStorableUsage),
      };
  }
}

function toOptional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : toStorableText(text);
}

function toStorableUsage({ meter, quantity }: Usage): Usage {
  return { meter: toStorableText(meter), quantity };
}
