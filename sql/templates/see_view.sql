select view.oid::pg_catalog.regclass::text
        from pg_catalog.pg_depend as used
        join pg_catalog.pg_rewrite as rule on rule.oid = used.objid
        join pg_catalog.pg_class as view on view.oid = rule.ev_class
        join pg_catalog.pg_attribute as key on key.attrelid = view.oid and key.attname = {key_name}
        where used.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
          and used.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
          and used.refobjid = {target_literal}::pg_catalog.regclass
          and view.relnamespace = {views}::pg_catalog.regnamespace
          and pg_catalog.has_column_privilege(view.oid, key.attnum, 'select')
        limit 1
