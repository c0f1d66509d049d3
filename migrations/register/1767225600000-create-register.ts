import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The public side: releases with their files and certificates, and the public log.
 *
 * INVARIANT: only the guard writes, and it only adds. The register's own role sees a leaf no earlier than the checkpoint
 * that covers it, which commits together with the release.
 */
export class CreateRegister1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE public_leaf (
        leaf_index bigint PRIMARY KEY,
        release text NOT NULL UNIQUE,
        leaf text NOT NULL
      );
      CREATE TABLE public_node (level int NOT NULL, idx bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, idx));
      CREATE TABLE public_tree (id int PRIMARY KEY CHECK (id = 1), size bigint NOT NULL, nodes bytea[] NOT NULL);
      INSERT INTO public_tree VALUES (1, 0, ARRAY[]::bytea[]);
      CREATE TABLE public_checkpoint (
        tree_size bigint PRIMARY KEY, root bytea NOT NULL, note text NOT NULL, at timestamptz NOT NULL DEFAULT now());

      CREATE TABLE release (
        id text PRIMARY KEY,
        published_at timestamptz NOT NULL,
        leaf_index bigint NOT NULL UNIQUE REFERENCES public_leaf (leaf_index),
        certificate text NOT NULL
      );
      CREATE INDEX release_newest ON release (published_at DESC, id DESC);
      CREATE TABLE release_file (
        release_id text NOT NULL REFERENCES release (id),
        name text NOT NULL,
        media_type text NOT NULL,
        sha256 text NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (release_id, name)
      );

      ALTER TABLE public_leaf ENABLE ROW LEVEL SECURITY;
      ALTER TABLE public_leaf FORCE ROW LEVEL SECURITY;
      ALTER TABLE public_node ENABLE ROW LEVEL SECURITY;
      ALTER TABLE public_node FORCE ROW LEVEL SECURITY;
      CREATE POLICY guard_appends ON public_leaf TO imprimatur_guard USING (true) WITH CHECK (true);
      CREATE POLICY once_signed ON public_leaf FOR SELECT TO imprimatur_register
        USING (leaf_index < (SELECT max(tree_size) FROM public_checkpoint));
      CREATE POLICY guard_appends ON public_node TO imprimatur_guard USING (true) WITH CHECK (true);
      CREATE POLICY once_signed ON public_node FOR SELECT TO imprimatur_register
        USING (((idx + 1) << level) <= (SELECT max(tree_size) FROM public_checkpoint));

      GRANT SELECT, INSERT ON public_leaf, public_node, public_checkpoint, release, release_file TO imprimatur_guard;
      GRANT SELECT, UPDATE ON public_tree TO imprimatur_guard;
      GRANT SELECT ON public_leaf, public_node, public_checkpoint, release, release_file TO imprimatur_register;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations are forward-only');
  }
}
