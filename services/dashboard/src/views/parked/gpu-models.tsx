import { useApi, useSend } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type GpuModel, gpuModelSchema, gpuModelsSchema, TOUCHED_BY_GPU_MODELS } from './gpu-model-schemas.ts';
import { SetGpuModel } from './set-gpu-model.tsx';

export type GpuModelsProps = {
  /** Models that parked events wait with. */
  readonly waiting: readonly string[];
  readonly isAdmin: boolean;
};

/** On which meters GPU models are counted, and putting one on a meter. */
export function GpuModels({ waiting, isAdmin }: GpuModelsProps) {
  const answer = useApi('/v1/gpu-models', {}, gpuModelsSchema);
  const columns: readonly Column<GpuModel>[] = [
    { key: 'name', heading: 'As clusters report it', isRowHeader: true, render: ({ name }) => name },
    { key: 'meter', heading: 'Counted on', render: ({ meter }) => <span className="fixed">{meter}</span> },
    ...(isAdmin
      ? [
          {
            key: 'remove',
            heading: <span className="visually-hidden">Action</span>,
            align: 'right' as const,
            render: (model: GpuModel) => <RemoveGpuModel model={model} />,
          },
        ]
      : []),
  ];
  return (
    <section className="card" aria-labelledby="gpu-models">
      <div className="card-head">
        <h2 id="gpu-models">GPU models</h2>
      </div>
      <p className="quiet">
        GPU usage is counted on the meter of its model. Usage of a model that is neither listed here nor the name of a
        meter is parked until the model is assigned to one.
      </p>
      {isAdmin ? <SetGpuModel waiting={waiting} /> : null}
      <Answer of={answer} label="Loading the GPU models">
        {({ gpuModels }) => (
          <DataTable
            caption="GPU models"
            columns={columns}
            rows={gpuModels}
            rowKey={({ id }) => id}
            empty="No GPU model has been put on a meter yet."
          />
        )}
      </Answer>
    </section>
  );
}

function RemoveGpuModel({ model: { id, name } }: { readonly model: GpuModel }) {
  const path = `/v1/gpu-models/${id}`;
  const remove = useSend<typeof gpuModelSchema, undefined>('DELETE', path, gpuModelSchema, TOUCHED_BY_GPU_MODELS);
  return (
    <>
      <button
        type="button"
        className="button button-quiet"
        aria-label={`Remove ${name}`}
        disabled={remove.isPending}
        onClick={() => remove.mutate(undefined)}
      >
        Remove
      </button>
      {remove.error === null ? null : <Problem problem={remove.error} />}
    </>
  );
}
