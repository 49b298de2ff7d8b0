import { Component, type ReactNode } from 'react';

type Props = { readonly children: ReactNode };

/** A view that broke must not take the way to the others with it. */
export class ViewBoundary extends Component<Props, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <div className="problem" role="alert">
        <p className="problem-title">This view failed</p>
        <p>Either the page has a fault or there is a newer version of it. Metering is not affected.</p>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          Load the page again
        </button>
      </div>
    );
  }
}
