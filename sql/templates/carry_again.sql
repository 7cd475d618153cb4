-- The rows whose carried columns are not what their parent holds.
update {child} as child set {assignments} from {parent} as parent
where child.{reference} = parent.{key} and ({mine}) is distinct from ({theirs})
