if new.{column} is not null and (tg_op = 'INSERT' or old.{column} is distinct from new.{column}) then
    -- Statements of their own: privileges on the table are asked for where there is a reference to it.
    if pg_catalog.has_column_privilege({target_literal}, {key_literal}, 'select') then
      seen := exists (select from {target} as target where target.{key} = new.{column});
    else
      execute pg_catalog.format(
        'select exists (select from %s as target where target.%I = $1)',
        coalesce(
          (
            -- Behind a barrier people see records through views: that for who reads everything, else the reading view.
            select view.oid::pg_catalog.regclass::text
            from pg_catalog.pg_depend as used
            join pg_catalog.pg_rewrite as rule on rule.oid = used.objid
            join pg_catalog.pg_class as view on view.oid = rule.ev_class
            join pg_catalog.pg_attribute as key on key.attrelid = view.oid and key.attname = {key_literal}
            where used.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
              and used.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
              and used.refobjid = {target_literal}::pg_catalog.regclass
              and view.relnamespace in ({unfiltered}::pg_catalog.regnamespace, {views}::pg_catalog.regnamespace)
              and pg_catalog.has_column_privilege(view.oid, key.attnum, 'select')
            order by view.relnamespace = {views}::pg_catalog.regnamespace
            limit 1
          ),
          {target_literal}
        ),
        {key_literal}
      ) into seen using new.{column};
    end if;
    if not seen then
      raise exception 'there is no record % in % that you may see', new.{column}, {target_name}
        using errcode = 'foreign_key_violation', table = tg_table_name, column = {column_name};
    end if;
  end if;
