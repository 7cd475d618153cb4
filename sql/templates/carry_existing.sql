-- The rows that are there already.
update {child} as child set {assignments} from {parent} as parent
where child.{reference} = parent.{key}
