import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { moveProjectPeriod } from '../directory/change-project.ts';
import { addProject } from '../directory/create-project.ts';
import { readProject } from '../directory/read-project.ts';
import { endOfProject } from './after-counted-usage.ts';

type ChangedProject = { readonly projectId: string; readonly reason: string };

/** Ends a project. @returns when it ended: not before the last usage of it that was counted. */
export async function endProjectAt(
  transaction: AuditedTransaction,
  { projectId, from, reason }: ChangedProject & { readonly from: string },
): Promise<string> {
  const before = await readProject(transaction, projectId);
  const endedAt = await endOfProject(transaction, projectId, from);
  const period = { startedAt: before.startedAt, endedAt };
  await moveProjectPeriod(transaction, before, period, { action: 'end_project', reason });
  return endedAt;
}

/** Makes it so that a project has never ended. @throws RequestError NAMESPACE_TAKEN */
export async function reopenProject(
  transaction: AuditedTransaction,
  { projectId, reason }: ChangedProject,
): Promise<void> {
  const before = await readProject(transaction, projectId);
  const period = { startedAt: before.startedAt, endedAt: null };
  await moveProjectPeriod(transaction, before, period, { action: 'change_project', reason });
}

/** Ends a project where it is and begins it in another place. @throws RequestError NAMESPACE_TAKEN */
export async function moveProject(
  transaction: AuditedTransaction,
  wanted: ChangedProject & { readonly clusterId: string; readonly namespace: string; readonly from: string },
): Promise<void> {
  const { clusterId, namespace, reason } = wanted;
  const { userId } = await readProject(transaction, wanted.projectId);
  const startedAt = await endProjectAt(transaction, wanted);
  await addProject(transaction, { clusterId, namespace, userId, startedAt, reason });
}
