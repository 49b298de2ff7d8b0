/** False in pages that are built for production, see vite.config.ts. */
declare const HAS_DEVELOPMENT_SIGN_IN: boolean;
