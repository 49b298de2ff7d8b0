import type { Pool } from '@hopsmeter/db';
import type { PostedEvent } from '../../harness/events.ts';
import { createCluster, type TestCluster } from '../../harness/world.ts';

/**
 * Names as an attacker gives them to a user, a project or an event, and as the page must show them: as text. Each would
 * open a dialog, ask another host, or change the document if it were taken for HTML, an address or a template.
 */
export const HOSTILE = {
  owner: {
    id: `auth0|"><script>alert('id')</script>`,
    name: `<script>alert('name')</script>`,
    email: `"<svg/onload=alert('mail')>"@example.com`,
  },
  member: {
    id: `auth0|'+alert('member')+'`,
    name: `<img src=x onerror=alert('member')>{{constructor.constructor('alert(1)')()}}`,
    email: 'javascript:alert(1)@example.com',
  },
  cluster: `<b onmouseover="alert('cluster')">`,
  namespace: `"><iframe src="javascript:alert('namespace')">`,
  eventId: `<img src="//evil.example/x" onerror=alert('event')>`,
  sourcePath: `/"><script>alert('source')</script>`,
  unknownNamespace: `<style>*{display:none}</style>`,
  unknownUser: `auth0|<object data="javascript:alert('user')">`,
  unknownMeter: `<math><a href="javascript:alert('meter')">`,
  reason: `</td><script>alert('reason')</script>`,
} as const;

/**
 * Adds an account of hostile names on a cluster of its own. Straight into the tables: the api would refuse most of
 * them.
 */
export async function addHostileDirectory(pool: Pool): Promise<TestCluster> {
  const { owner, member, namespace } = HOSTILE;
  const cluster = await createCluster(pool, HOSTILE.cluster);
  for (const [{ id, name, email }, ownerId] of [
    [owner, null],
    [member, owner.id],
  ] as const)
    await pool.query('insert into hopsmeter.users (id, name, email, account_owner_id) values ($1, $2, $3, $4)', [
      id,
      name,
      email,
      ownerId,
    ]);
  for (const { id } of [owner, member])
    await pool.query(
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
        values ($1, $2, '-infinity')`,
      [id, cluster.id],
    );
  await pool.query(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
      values ($1, $2, $3, '-infinity')`,
    [cluster.id, namespace, member.id],
  );
  return cluster;
}

/**
 * Usage of the hostile account, and events that are parked with hostile words in them.
 *
 * @param window of the present.
 */
export function hostileEvents(clusterId: string, window: { start: string; end: string }): readonly PostedEvent[] {
  const source = `urn:hopsworks:cluster:${clusterId}`;
  const event = (id: string, data: Readonly<Record<string, unknown>>, subject?: string): PostedEvent => ({
    id,
    source: source + HOSTILE.sourcePath,
    specversion: '1.0',
    type: 'ai.hopsworks.usage.meter.v1',
    time: window.end,
    ...(subject === undefined ? {} : { subject }),
    data: { window, meter: 'network_egress_gb', quantity: '3', ...data },
  });
  return [
    event(HOSTILE.eventId, { namespace: HOSTILE.namespace }),
    event(`${HOSTILE.eventId}/owner`, {}, HOSTILE.owner.id),
    event(`${HOSTILE.eventId}/namespace`, { namespace: HOSTILE.unknownNamespace }),
    event(`${HOSTILE.eventId}/user`, {}, HOSTILE.unknownUser),
    event(`${HOSTILE.eventId}/meter`, { namespace: HOSTILE.namespace, meter: HOSTILE.unknownMeter }),
  ];
}
