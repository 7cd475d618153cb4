if new.{column} is not null and (tg_op = 'INSERT' or old.{column} is distinct from new.{column}) then
    -- A statement of its own: privileges on the table are asked for where there is a reference to it.
    if not exists (select from {target} as target where target.{key} = new.{column}) then
      raise exception 'there is no record % in % that you may see', new.{column}, {target_name}
        using errcode = 'foreign_key_violation', table = tg_table_name, column = {column_name};
    end if;
  end if;
