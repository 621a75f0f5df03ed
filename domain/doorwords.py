"""Words for the door: 256 that are easy to say, to hear and to keep in mind, none of them alarming."""

from __future__ import annotations

WORDS = """
acorn amber anchor apple apron arrow autumn badger bagpipe baker balcony balloon bamboo banana banjo barley
basket beach beaver beehive bell berry birch biscuit blanket blossom blue boat bonfire bonnet book boot bottle
bramble bread breeze brick bridge bright brook broom brown brush bubble bucket bumble butter button cabbage
cactus camel camera candle canoe carpet carrot castle cedar celery chair chalk cheese cherry chestnut chimney
cider circle clock cloud clover coconut comet compass copper coral cottage cotton cradle crayon cricket crown
crystal cuckoo cupboard curtain cushion daisy dance dawn diamond dolphin donkey dragon drum eagle echo elbow elm
ember emerald engine evening falcon farmer feather fern fiddle fig finch flag flute forest fountain fox galaxy
garden garlic ginger giraffe glove goose grape green guitar hammer harbour harvest hazel hedge heron holly honey
horse island ivory ivy jacket jigsaw juniper kettle kitchen kite kitten ladder lagoon lamb lantern lavender leaf
lemon lentil lighthouse lily linen lion lobster lupin magnet mango maple marble market meadow melon mitten
monkey morning mountain mushroom mustard needle noodle nutmeg oak ocean olive onion orange orchard otter owl
paddle paint panda paper parsley peach peanut pebble pelican pencil penguin pepper piano picnic pigeon pillow
pine planet plum pocket pony poppy potato puddle pumpkin purple rabbit radish rainbow raven ribbon river robin
rocket rose saddle saffron sailor salmon sandal scarf scooter seagull shell silver sparrow spoon squirrel summer
sunset swan tablet teapot thimble thistle thunder tiger toast tomato tractor trumpet tulip tunnel turnip turtle
umbrella valley velvet violet violin walnut window winter yellow zebra
"""
DOOR_WORDS = tuple(WORDS.split())
