if new.{reference} is not null then
    select {values} into {targets} from {parent} as parent where parent.{key} = new.{reference} for share;
  end if;
