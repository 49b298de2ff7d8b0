import { type ComponentType, createElement, useEffect, useState } from 'react';
import { Loading } from './loading.tsx';

/**
 * A component whose code is loaded when it is first shown. React's own way (`lazy` in `Suspense`) leaves grey lines
 * that were shown once for at least 300 ms, however fast the code comes.
 *
 * @param load is asked again when it failed and the component is shown anew.
 */
export function whenShown<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function WhenShown(props: Props) {
    const [outcome, setOutcome] = useState<{ readonly error?: unknown }>();
    useEffect(() => {
      if (loaded !== undefined) return;
      load().then(
        (component) => {
          loaded = component;
          setOutcome({});
        },
        (error: unknown) => setOutcome({ error }),
      );
    }, []);
    if (loaded !== undefined) return createElement(loaded, props);
    // The boundary around the view offers to load the page again: there is a newer version of it.
    if (outcome !== undefined) throw outcome.error;
    return <Loading label="Loading the view" lines={6} />;
  };
}
