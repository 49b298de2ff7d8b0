import type { FocusColumn } from './focus-column.ts';
import { serviceOf } from './focus-services.ts';

const CLUSTER_URN = 'urn:hopsworks:cluster:';

/** What was used. */
export const SERVICE_COLUMNS: readonly FocusColumn[] = [
  {
    name: 'ServiceName',
    type: 'string',
    nullable: false,
    from: 'the service of the meter, see below',
    value: ({ meter }) => serviceOf(meter).name,
  },
  {
    name: 'ServiceCategory',
    type: 'string',
    nullable: false,
    from: 'the category of the service',
    value: ({ meter }) => serviceOf(meter).category,
  },
  {
    name: 'ServiceSubcategory',
    type: 'string',
    nullable: false,
    from: 'the subcategory of the service',
    value: ({ meter }) => serviceOf(meter).subcategory,
  },
  { name: 'SkuId', type: 'string', nullable: false, from: 'the meter', value: ({ meter }) => meter },
  {
    name: 'SkuMeter',
    type: 'string',
    nullable: false,
    from: 'what the meter measures',
    value: ({ description }) => description,
  },
  {
    name: 'SkuPriceId',
    type: 'string',
    nullable: true,
    from: 'the meter, which alone decides where in a price list to look. Null for adjustments',
    value: ({ usage, meter }) => (usage === undefined ? null : meter),
  },
  {
    name: 'SkuPriceDetails',
    type: 'string',
    nullable: true,
    from: 'always null: a meter has no properties that decide its price',
    value: () => null,
  },
  {
    name: 'ResourceId',
    type: 'string',
    nullable: true,
    from:
      `\`${CLUSTER_URN}<cluster>:project:<project>\`, without a project \`${CLUSTER_URN}<cluster>\`. Null ` +
      'for model effects',
    value({ user }) {
      if (user === undefined) return null;
      const cluster = CLUSTER_URN + user.clusterId;
      return user.projectId === null ? cluster : `${cluster}:project:${user.projectId}`;
    },
  },
  {
    name: 'ResourceName',
    type: 'string',
    nullable: true,
    from: "the project's namespace, without a project the cluster's name. Null for model effects",
    value: ({ user }) => user?.projectNamespace ?? user?.clusterName ?? null,
  },
  {
    name: 'ResourceType',
    type: 'string',
    nullable: true,
    from: '`Project`, or `Cluster` without one. Null for model effects',
    value({ user }) {
      if (user === undefined) return null;
      return user.projectId === null ? 'Cluster' : 'Project';
    },
  },
];
