import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/form.css';
import './styles/table.css';
import './styles/chart.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import { createQueryClient } from './api/query-client.ts';
import { App } from './app.tsx';
import { createSession } from './session/session.ts';
import { SessionContext } from './session/use-session.ts';
import { applyTheme } from './theme/theme.ts';

// Otherwise zod tries whether it may make functions of text, which the page's policy forbids.
z.config({ jitless: true });

applyTheme();

const element = document.getElementById('page');
if (element === null) throw new Error('index.html has no element with the id page');

const queryClient = createQueryClient();
const session = createSession(() => queryClient.clear());

createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <SessionContext value={session}>
        <App />
      </SessionContext>
    </QueryClientProvider>
  </StrictMode>,
);

await session.start();
