"""The same JSON value in another order, for laws that no order bears on."""


def shuffled(value, chance, unordered=(), name=""):
    """The value with the members of objects in another order, and the items of lists that are called like these."""
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {each: shuffled(value[each], chance, unordered, each) for each in names}
    if isinstance(value, list):
        listed = [shuffled(each, chance, unordered) for each in value]
        if name in unordered:
            chance.shuffle(listed)
        return listed
    return value
